"""Answers to well-known interview exercises, in the form an online judge takes them.

    python leetcode_solutions.py
"""

from functools import reduce
from typing import List, Optional


class ListNode:
    def __init__(self, val=0, next=None):
        self.val = val
        self.next = next


class TwoSum:
    def twoSum(self, nums: List[int], target: int) -> List[int]:
        for i in range(len(nums)):
            for j in range(i + 1, len(nums)):
                if nums[i] + nums[j] == target:
                    return [i, j]
        return []


class MaximumSubarray:
    def maxSubArray(self, nums: List[int]) -> int:
        best = nums[0]
        for i in range(len(nums)):
            total = 0
            for j in range(i, len(nums)):
                total += nums[j]
                best = max(best, total)
        return best


class ClimbingStairs:
    def climbStairs(self, n: int) -> int:
        if n <= 2:
            return n
        return self.climbStairs(n - 1) + self.climbStairs(n - 2)


class UniquePaths:
    def uniquePaths(self, m: int, n: int) -> int:
        def count(row, column):
            if row == m - 1 or column == n - 1:
                return 1
            return count(row + 1, column) + count(row, column + 1)

        return count(0, 0)


class ReverseString:
    def reverse(self, s: str) -> str:
        if len(s) == 0:
            return ""
        return self.reverse(s[1:]) + s[0]


class LongestSubstring:
    def lengthOfLongestSubstring(self, s: str) -> int:
        longest = 0
        for i in range(len(s)):
            for j in range(i + 1, len(s) + 1):
                if len(set(s[i:j])) == j - i:
                    longest = max(longest, j - i)
        return longest


class CountPrimes:
    def isPrime(self, number: int) -> bool:
        if number < 2:
            return False
        for divisor in range(2, number):
            if number % divisor == 0:
                return False
        return True

    def countPrimes(self, n: int) -> int:
        count = 0
        for number in range(n):
            if self.isPrime(number):
                count += 1
        return count


class MovingAverage:
    def averages(self, nums: List[int], k: int) -> List[float]:
        result = []
        for i in range(len(nums) - k + 1):
            result.append(sum(nums[i : i + k]) / k)
        return result


class ProductExceptSelf:
    def productExceptSelf(self, nums: List[int]) -> List[int]:
        answer = []
        for i in range(len(nums)):
            others = nums[:i] + nums[i + 1 :]
            answer.append(reduce(lambda a, b: a * b, others, 1))
        return answer


class Anagrams:
    def groupAnagrams(self, words: List[str]) -> List[List[str]]:
        groups = []
        for word in words:
            for group in groups:
                if sorted(group[0]) == sorted(word):
                    group.append(word)
                    break
            else:
                groups.append([word])
        return groups


class KthLargest:
    def findKthLargest(self, nums: List[int], k: int) -> int:
        for i in range(len(nums)):
            for j in range(len(nums) - 1 - i):
                if nums[j] < nums[j + 1]:
                    nums[j], nums[j + 1] = nums[j + 1], nums[j]
        return nums[k - 1]


class MissingNumber:
    def missingNumber(self, nums: List[int]) -> int:
        expected = 0
        for i in range(len(nums) + 1):
            expected += i
        actual = 0
        for num in nums:
            actual += num
        return expected - actual


class Intersection:
    def intersection(self, nums1: List[int], nums2: List[int]) -> List[int]:
        common = []
        for a in nums1:
            for b in nums2:
                if a == b and a not in common:
                    common.append(a)
        return common


class Power:
    def lastDigits(self, base: int, exponent: int) -> int:
        return (base**exponent) % 1000


class MergeLists:
    def merge(self, head: Optional[ListNode], other: Optional[ListNode]) -> List[int]:
        values = []
        while head or other:
            if head:
                values.insert(0, head.val)
                head = head.next
            if other:
                values.insert(0, other.val)
                other = other.next
        values.sort()
        return [v for v in values]


def main():
    print(TwoSum().twoSum([2, 7, 11, 15], 9), MaximumSubarray().maxSubArray([-2, 1, -3, 4, -1, 2]))
    print(ClimbingStairs().climbStairs(10), UniquePaths().uniquePaths(4, 5))
    print(ReverseString().reverse("stressed"), LongestSubstring().lengthOfLongestSubstring("abcab"))
    print(CountPrimes().countPrimes(50), MovingAverage().averages([1, 2, 3, 4, 5], 3))
    print(ProductExceptSelf().productExceptSelf([1, 2, 3, 4]))
    print(Anagrams().groupAnagrams(["eat", "tea", "tan", "ate", "nat", "bat"]))
    print(KthLargest().findKthLargest([3, 2, 1, 5, 6, 4], 2), MissingNumber().missingNumber([3, 0, 1]))
    print(Intersection().intersection([1, 2, 2, 1], [2, 2]), Power().lastDigits(7, 222))
    print(MergeLists().merge(ListNode(1, ListNode(4)), ListNode(2)))


if __name__ == "__main__":
    main()
